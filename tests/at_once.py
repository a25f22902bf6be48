"""Tests in several processes: what shares something stays together, the longest begins first."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

BROWSER = "tests/browser"


class Files(LoadFileScheduling):
    """Tests of a file stay together, since they share what they make; so do all of the browser, which share it and a
    server. These take longest: one process begins with them."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if BROWSER in self.workqueue:
            self.workqueue.move_to_end(BROWSER, last=False)
        super()._assign_work_unit(node)
