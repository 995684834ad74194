"""An MCP server over standard input and output: one tool that reads, one that writes, one that says nothing."""

import sys
from pathlib import Path

from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations

server = FastMCP("weather", log_level="ERROR")


@server.tool(annotations=ToolAnnotations(readOnlyHint=True, openWorldHint=False))
def weather(city: str, days: int = 1) -> str:
    """The weather of a city."""
    if city == "Atlantis":
        raise ValueError("No such city.")
    return f"In {city} it will be 21 degrees for {days} days."


@server.tool(annotations=ToolAnnotations(readOnlyHint=False))
def order_umbrella(colour: str) -> str:
    """Order an umbrella."""
    with Path(sys.argv[1]).open("a") as orders:
        orders.write(f"{colour}\n")
    return f"A {colour} umbrella is on its way."


@server.tool()
def rename(name: str) -> str:
    """Rename a thing; nothing is said of whether that changes anything."""
    return name


if __name__ == "__main__":
    server.run()
