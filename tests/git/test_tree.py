"""The files of a tree, exported from real git repositories."""

import hashlib
import os
from pathlib import Path

import pytest

from slipway.errors import ConfigurationError, Failed
from slipway.git import checkout as checkouts
from slipway.git import tree as git_tree
from slipway.image import context
from tests.conftest import Checkout


def export(checkout: Checkout, tree: str = "HEAD^{tree}") -> dict[str, str]:
    """Export a tree into a folder beside the checkout; path -> content, or -> link."""
    target = checkout.folder.with_name("exported")
    target.mkdir()
    git_tree.export(tree, target, checkout.folder)
    files = (each for each in sorted(target.rglob("*")) if each.is_symlink() or each.is_file())
    return {
        str(each.relative_to(target)): f"-> {each.readlink()}"
        if each.is_symlink()
        else each.read_bytes().decode(errors="surrogateescape")
        for each in files
    }


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """An empty repository in a folder of its own."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    return Checkout(folder)


@pytest.fixture
def library(tmp_path: Path) -> Checkout:
    """Another repository, with a file."""
    folder = tmp_path / "library"
    folder.mkdir()
    library = Checkout(folder)
    library.write("code", "committed")
    library.commit()
    return library


def with_submodule(checkout: Checkout, library: Checkout) -> None:
    """Commit the library as a submodule at `lib`."""
    allowed = ("-c", "protocol.file.allow=always")
    checkout.git(*allowed, "submodule", "--quiet", "add", str(library.folder), "lib")
    checkout.commit()


def test_a_tree_is_written_and_nothing_else_of_the_checkout(checkout: Checkout) -> None:
    """No ignored file (a secret), no untracked one, and no edit."""
    checkout.write(".gitignore", ".env\n")
    checkout.commit("committed")
    checkout.write(".env", "DB_PASSWORD=hush")
    checkout.write("file", "edited")
    checkout.write("new", "text")
    assert export(checkout) == {".gitignore": ".env\n", "file": "committed"}


def test_names_and_bytes_are_git_s_own(checkout: Checkout) -> None:
    """Spaces, tabs, line ends, quotes, what is no UTF-8, an empty file and a deep folder."""
    deep = checkout.folder / "a" / "b c"
    deep.mkdir(parents=True)
    names = ["tab\there", 'quote"', "line\nend", os.fsdecode(b"latin-\xe9")]
    for name in names:
        (deep / name).write_bytes(b"\x00\xff\r\n")
    (deep / "empty").touch()
    checkout.commit()
    files = export(checkout)
    assert {name: files[f"a/b c/{name}"] for name in names} == dict.fromkeys(
        names, "\x00\udcff\r\n"
    )
    assert files["a/b c/empty"] == ""


def test_attributes_do_not_change_what_is_written(checkout: Checkout) -> None:
    """Neither export-ignore, nor export-subst, nor ends of lines, nor a filter on this machine."""
    checkout.git("config", "filter.shout.smudge", "tr a-z A-Z")
    checkout.git("config", "core.autocrlf", "true")
    lines = [
        "hidden export-ignore",
        "subst export-subst",
        "loud filter=shout",
        "file text eol=crlf",
    ]
    checkout.write(".gitattributes", "\n".join(lines))
    for name in ("hidden", "loud"):
        checkout.write(name, "quiet")
    checkout.write("subst", "$Format:%H$")
    checkout.commit("one\ntwo\n")
    files = export(checkout)
    del files[".gitattributes"]
    assert files == {
        "file": "one\ntwo\n",
        "hidden": "quiet",
        "loud": "quiet",
        "subst": "$Format:%H$",
    }


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_depend_on_the_umask(checkout: Checkout, umask: int) -> None:
    """644 or 755 for a file, 755 for a folder: GitLab's runner has a umask of 0."""
    (checkout.folder / "folder").mkdir()
    checkout.write("folder/script", "text")
    (checkout.folder / "folder" / "script").chmod(0o777)
    checkout.commit()
    before = os.umask(umask)
    try:
        export(checkout)
    finally:
        os.umask(before)
    target = checkout.folder.with_name("exported")
    modes = [(target / name).stat().st_mode & 0o777 for name in ("file", "folder", "folder/script")]
    assert modes == [0o644, 0o755, 0o755]


def test_a_link_stays_a_link(checkout: Checkout) -> None:
    """It is not followed, wherever it leads."""
    (checkout.folder / "link").symlink_to("/etc/passwd")
    checkout.commit()
    assert export(checkout)["link"] == "-> /etc/passwd"


@pytest.mark.parametrize("name", ["..", ".git"])
def test_a_path_that_leads_out_of_the_folder_is_refused(checkout: Checkout, name: str) -> None:
    """Git makes no such tree, and a hand can."""
    checkout.commit()
    blob = checkout.git("rev-parse", "HEAD:file")
    raw = f"100644 {name}\0".encode() + bytes.fromhex(blob)
    checkout.folder.joinpath("raw").write_bytes(raw)
    tree = checkout.git("hash-object", "-t", "tree", "-w", "--literally", "raw")
    with pytest.raises(Failed, match="forbidden name"):
        export(checkout, tree)


def test_a_submodule_is_written_whole_at_its_committed_state(
    checkout: Checkout, library: Checkout
) -> None:
    """Its files are in the tree that the superproject's commit names."""
    with_submodule(checkout, library)
    checkout.write("lib/code", "edited")
    assert export(checkout)["lib/code"] == "committed"


def test_a_submodule_of_a_submodule_is_written_too(
    checkout: Checkout, library: Checkout, tmp_path: Path
) -> None:
    """Through any depth, and refused where one of them is not checked out."""
    folder = tmp_path / "middle"
    folder.mkdir()
    with_submodule(middle := Checkout(folder), library)
    with_submodule(checkout, middle)
    with pytest.raises(ConfigurationError, match=r"submodule lib/lib|submodule lib "):
        export(checkout)
    allowed = ("-c", "protocol.file.allow=always")
    checkout.git(*allowed, "submodule", "--quiet", "update", "--init", "--recursive")
    checkout.folder.with_name("exported").rename(checkout.folder.with_name("first"))
    assert export(checkout)["lib/lib/code"] == "committed"


@pytest.mark.parametrize(("name", "text"), [("lib/code", "edited"), ("lib/new", "untracked")])
def test_an_edited_submodule_is_refused(
    checkout: Checkout, library: Checkout, name: str, text: str
) -> None:
    """No commit names such a state, so that two of them would be one; whatever git is set to."""
    with_submodule(checkout, library)
    checkout.git("config", "submodule.lib.ignore", "all")
    assert not checkouts.current(checkout.folder).dirty
    checkout.write(name, text)
    with pytest.raises(ConfigurationError, match=r"submodule lib has .*\n.*git -C lib stash"):
        checkouts.current(checkout.folder)


def test_another_commit_of_a_submodule_is_another_tree(
    checkout: Checkout, library: Checkout
) -> None:
    """It is an uncommitted edit of the superproject, with the submodule's commit in its tree."""
    with_submodule(checkout, library)
    submodule = Checkout.__new__(Checkout)
    submodule.folder = checkout.folder / "lib"
    submodule.identify()
    submodule.write("code", "newer")
    submodule.commit()
    dirty = checkouts.current(checkout.folder)
    assert dirty.dirty
    assert export(checkout, dirty.tree)["lib/code"] == "newer"


def test_a_submodule_that_is_not_checked_out_is_refused(
    checkout: Checkout, library: Checkout
) -> None:
    """An empty folder in the image would be the surprise; the message has the command."""
    with_submodule(checkout, library)
    checkout.git("submodule", "--quiet", "deinit", "--force", "lib")
    with pytest.raises(ConfigurationError, match=r"submodule lib is not checked out.*\n.*--init"):
        export(checkout)


def pointer(digest: str) -> str:
    """Write what git keeps in the place of a file of Git LFS."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 4\n"


def test_a_file_of_git_lfs_is_written_and_not_its_pointer(checkout: Checkout) -> None:
    """The pointer names the content by its SHA-256, which is compared."""
    content = b"\x89PNG"
    digest = hashlib.sha256(content).hexdigest()
    checkout.write("logo.png", pointer(digest))
    checkout.commit()
    with pytest.raises(ConfigurationError, match=r"is stored in Git LFS.*\n.*git lfs pull"):
        export(checkout)
    stored = checkout.folder / ".git" / "lfs" / "objects" / digest[:2] / digest[2:4] / digest
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"other")
    checkout.folder.with_name("exported").rename(checkout.folder.with_name("first"))
    with pytest.raises(ConfigurationError, match=r"logo\.png is stored in Git LFS"):
        export(checkout)
    stored.write_bytes(content)
    checkout.folder.with_name("exported").rename(checkout.folder.with_name("second"))
    assert export(checkout)["logo.png"] == content.decode(errors="surrogateescape")


def test_a_build_context_has_the_time_of_its_commit(checkout: Checkout) -> None:
    """Two machines make the same layers; a file that changed has another time than before."""
    (checkout.folder / "folder").mkdir()
    checkout.write("folder/script", "text")
    checkout.commit()
    current = checkouts.current(checkout.folder)
    with context.exported(current, checkout.folder) as folder:
        times = {each.stat().st_mtime for each in folder.rglob("*")}
        assert (folder / "folder" / "script").read_text() == "text"
    assert times == {current.committed}
    assert not folder.exists()


def test_a_full_disk_is_no_traceback(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the system's reason, and what to do."""
    checkout.commit()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/scratch/file")

    monkeypatch.setattr(git_tree, "export", full)
    with (
        pytest.raises(Failed, match=r"No space left on device.*\n.*TMPDIR"),
        context.exported(checkouts.current(checkout.folder), checkout.folder),
    ):
        pass
