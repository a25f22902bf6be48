import pytest

from tests.docs.commands import FILE, commands, page


def test_the_page_of_commands_is_what_the_commands_say():
    assert FILE.read_text(encoding="utf8") == page(), "write it anew: python -m tests.docs.commands"


def test_the_page_gives_the_default_of_an_option_as_the_help_does():
    assert "`--limit` | How many, the newest first. (default 50) |" in page()


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_command_and_its_options_say_what_they_do(name, command):
    assert command.help, name
    silent = [p.name for p in command.params if p.param_type_name == "option" and not getattr(p, "help", None)]
    assert not silent, f"{name}: options without help: {silent}"
