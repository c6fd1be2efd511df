"""ECR: the images of one repository, by digest and by tag."""

import base64
from typing import Any

from tests.story.clock import Clock
from tests.story.identities import ACCOUNT
from tests.story.refusals import Refusal


class Registry:
    """Repositories: name -> tag -> digest."""

    def __init__(self, clock: Clock, host: str) -> None:
        self.clock = clock
        self.host = host
        self.repositories: dict[str, dict[str, str]] = {}

    def put(self, repository: str, digest: str, *tags: str) -> None:
        """Keep an image under tags."""
        self.repositories.setdefault(repository, {}).update(dict.fromkeys(tags, digest))

    def resolve(self, reference: str) -> str | None:
        """Return the digest of HOST/NAME:TAG or HOST/NAME@DIGEST; None when it is not here."""
        name = reference.removeprefix(f"{self.host}/")
        if "@" in name:
            repository, _, digest = name.partition("@")
            return digest if digest in self.repositories.get(repository, {}).values() else None
        repository, _, tag = name.rpartition(":")
        return self.repositories.get(repository, {}).get(tag)

    def describe_images(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe the images that were named by tag or digest, or all."""
        tags = self._repository(request["repositoryName"])
        names = request.get("imageIds", [{"imageDigest": each} for each in set(tags.values())])
        details = []
        for name in names:
            digest = tags.get(name["imageTag"]) if "imageTag" in name else name["imageDigest"]
            if digest not in tags.values():
                raise Refusal("ImageNotFoundException", f"The image with imageId {name} ...")
            own = sorted(tag for tag, each in tags.items() if each == digest)
            pushed = {"imagePushedAt": self.clock.date(), "registryId": ACCOUNT}
            repository = {"repositoryName": request["repositoryName"]}
            details.append({"imageDigest": digest, "imageTags": own, **pushed, **repository})
        return {"imageDetails": details}

    def describe_repositories(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe repositories by name."""
        for name in request["repositoryNames"]:
            self._repository(name)
        return {"repositories": [{"repositoryName": each} for each in request["repositoryNames"]]}

    def delete_repository(self, request: dict[str, Any]) -> dict[str, Any]:
        """Delete a repository; one with images only by force."""
        name = request["repositoryName"]
        if self._repository(name) and not request.get("force"):
            message = f"The repository with name '{name}' cannot be deleted: it still has images"
            raise Refusal("RepositoryNotEmptyException", message)
        del self.repositories[name]
        return {}

    def get_authorization_token(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Return a token for docker login."""
        token = base64.b64encode(b"AWS:password of the story").decode()
        address = f"https://{self.host}"
        return {"authorizationData": [{"authorizationToken": token, "proxyEndpoint": address}]}

    def _repository(self, name: str) -> dict[str, str]:
        if name not in self.repositories:
            message = f"The repository with name '{name}' does not exist in the registry"
            raise Refusal("RepositoryNotFoundException", message)
        return self.repositories[name]
