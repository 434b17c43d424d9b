"""The clients are at hand for every test of this folder."""

from tests.e2e.clients import client_node, client_python

__all__ = ["client_node", "client_python"]
