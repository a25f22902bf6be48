"""The dashboard's server: Streamlit's screens, and beside them the guarded routes for what they show.

    python -m ui.server --port 8501

It binds to 127.0.0.1 and has no accounts: whoever has the address that is printed at the start is its user.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import threading
import traceback
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config
from streamlit.web.server.starlette import starlette_server

from apps.dashboard import TOKEN, address, new_token
from core_model.errors import TandemError
from ui.guard import Guard
from ui.routes import ROUTES
from ui.widgets.shell import escaped, in_words, t

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "streamlit_app.py"

log = logging.getLogger(__name__)


def said_without_details(error: Exception) -> bool:
    """Show and log that a page failed, and where in the code; what the error says may hold a path or a name.

    An error of the store or of an input, in a part of a page that runs alone, is said in its own sentence: what was
    shown may have been deleted elsewhere.
    """
    if isinstance(error, TandemError):
        st.error(escaped(in_words(error)), icon=":material/error:")
        return True
    frame = traceback.extract_tb(error.__traceback__)[-1]
    log.error("a page failed: %s in %s, line %s", type(error).__name__, Path(frame.filename).name, frame.lineno)
    st.error(t("page_failed"), icon=":material/error:")
    return True


def without_messages(record: logging.LogRecord) -> bool:
    """Keeps out of the log what Streamlit writes of a page that failed: the error's own message, see above."""
    return record.exc_info is None


def own_settings_only(file_name: str) -> list[str]:
    """The settings files that Streamlit obeys: ours. Those of the current folder and of the home folder are of other
    programs, and could open the server to others, or change where it answers."""
    return [str(HERE / ".streamlit" / file_name)]


def application(token: str) -> st.App:
    """The guarded dashboard.

    Args:
        token: That every request must have.
    """
    guard = Middleware(Guard, token=token)
    return st.App(SCRIPT, routes=ROUTES, middleware=[guard], on_script_error=said_without_details)


def main(arguments: list[str] | None = None) -> None:
    """Serve until stopped.

    Args:
        arguments: ``--port N``, 1 to 65535, ``--socket N`` and ``--with-parent``; of the process where not given. The
            token comes in the variable ``TANDEM_UI_TOKEN``; without it a new one is made and its address printed.
    """
    parser = argparse.ArgumentParser(prog="python -m ui.server", description="Serve Tandem's dashboard on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=8501, help="TCP port (default: %(default)s)")
    parser.add_argument("--socket", type=int, help="descriptor of a socket that listens on the port already")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    port = options.port
    if options.with_parent:
        threading.Thread(target=_end_with_input, daemon=True).start()
    token = os.environ.pop(TOKEN, "")
    if not token:
        token = new_token()
        print(address(port, token), flush=True)
    if options.socket is not None:
        listening = socket.socket(fileno=options.socket)
        starlette_server._bind_server_socket = lambda _server, address, *_: (listening, address)
    config.get_config_files = own_settings_only
    logging.getLogger("streamlit.error_util").addFilter(without_messages)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it is meant to end
        application(token).run(
            config={
                "server.port": port,
                "server.address": "127.0.0.1",
                "server.headless": True,
                "runner.magicEnabled": False,  # a text that stands alone in a page's code is not shown
                "logger.enableRich": False,  # else it writes a failed page's error by itself, with what the error says
                "logger.hideWelcomeMessage": True,  # it names an address without the token
            }
        )


def _end_with_input() -> None:
    """End this process in good order when the one that started it is gone, however it ended."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
