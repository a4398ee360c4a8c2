"""Joining a Ray cluster, or starting one on this machine."""

from __future__ import annotations

import logging

import ray

from skyt_plugins.errors import SkytError


def connect(address: str, cpus: int) -> bool:
    """Join the cluster at `address`; "" starts one here that counts `cpus` CPUs.

    Returns whether this call connected: then the caller should shut down. A process that is
    connected stays so. Raises SkytError where there is no cluster.
    """
    if ray.is_initialized():
        return False
    try:
        if address:
            ray.init(address, log_to_driver=False, logging_level=logging.WARNING)
        else:
            ray.init(
                "local", num_cpus=cpus, include_dashboard=False, log_to_driver=False,
                logging_level=logging.WARNING,
            )  # fmt: skip
    except ConnectionError as error:
        raise SkytError(f"no Ray cluster at {address or 'auto'}: {error}") from error
    return True
