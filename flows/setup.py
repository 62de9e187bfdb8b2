"""``python -m flows.setup``: what the server must hold before a flow runs: the work pool, and the limit of devices."""

from __future__ import annotations

import sys

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import (
    GlobalConcurrencyLimitCreate,
    GlobalConcurrencyLimitUpdate,
    WorkPoolCreate,
)
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

from flows.devices import LIMIT, devices
from flows.errors import FlowError

POOL = "checkout"


def main() -> None:
    """Make the work pool where it is missing, and set the limit to the devices there are; again as often as liked.

    Raises:
        FlowError: when no server answers.
    """
    with get_client(sync_client=True) as client:
        if client.api_healthcheck():
            raise FlowError(f"no Prefect server at {client.api_url}: run `make services` in another terminal")
        pool(client)
        count = len(devices())
        limit(client, count)
    sys.stderr.write(f"work pool `{POOL}`; {count} training{'s' * (count > 1)} at a time\n")


def pool(client: SyncPrefectClient) -> None:
    """Make the work pool of type process, with the template of the installed version: nothing is looked up outside."""
    template = ProcessWorker.get_default_base_job_template()
    create = WorkPoolCreate(name=POOL, type=ProcessWorker.type, base_job_template=template)
    client.create_work_pool(create, overwrite=True)


def limit(client: SyncPrefectClient, count: int) -> None:
    """Set how many trainings may hold a device at a time."""
    try:
        client.read_global_concurrency_limit_by_name(LIMIT)
    except ObjectNotFound:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=LIMIT, limit=count))
    else:
        client.update_global_concurrency_limit(LIMIT, GlobalConcurrencyLimitUpdate(limit=count))


if __name__ == "__main__":
    try:
        main()
    except FlowError as error:
        sys.exit(str(error))
