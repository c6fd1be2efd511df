"""RDS: the databases of the account, whether they are protected, and their last snapshots."""

from dataclasses import dataclass, field
from typing import Any

from tests.story.refusals import Refusal


@dataclass
class Databases:
    """Databases: identifier -> whether its deletion is refused; snapshots: name -> database."""

    protected: dict[str, bool] = field(default_factory=dict)
    snapshots: dict[str, str] = field(default_factory=dict)

    def modify_db_instance(self, request: dict[str, Any]) -> dict[str, Any]:
        """Change the protection of an instance."""
        name = request["DBInstanceIdentifier"]
        if name not in self.protected:
            raise Refusal("DBInstanceNotFound", f"DBInstance {name} not found.", 404)
        self.protected[name] = bool(request.get("DeletionProtection", self.protected[name]))
        return {"DBInstance": {"DBInstanceIdentifier": name}}

    def unprotect(self) -> None:
        """Let every database be deleted, as those of a stack without a revision."""
        self.protected = dict.fromkeys(self.protected, False)

    def delete(self, name: str) -> str:
        """Delete a database with a last snapshot; return why it is refused, or ""."""
        if self.protected.get(name):
            return "Cannot delete protected DB Instance, please disable deletion protection"
        self.protected.pop(name, None)
        self.snapshots[f"{name}-snapshot".lower()] = name
        return ""

    def describe_db_snapshots(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe the snapshots of an instance."""
        wanted = request["DBInstanceIdentifier"]
        own = [name for name, database in self.snapshots.items() if database == wanted]
        return {"DBSnapshots": [{"DBSnapshotIdentifier": each} for each in own]}

    def delete_db_snapshot(self, request: dict[str, Any]) -> dict[str, Any]:
        """Delete a snapshot."""
        name = request["DBSnapshotIdentifier"]
        if self.snapshots.pop(name, None) is None:
            raise Refusal("DBSnapshotNotFound", f"DBSnapshot {name} not found.", 404)
        return {"DBSnapshot": {"DBSnapshotIdentifier": name}}
