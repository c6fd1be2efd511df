"""Names of image repositories."""


def is_remote(repository: str) -> bool:
    """Whether a repository's name begins with a registry's host.

    https://pkg.go.dev/github.com/distribution/reference#hdr-Grammar
    """
    host, slash, _ = repository.partition("/")
    return bool(slash) and (host == "localhost" or "." in host or ":" in host)
