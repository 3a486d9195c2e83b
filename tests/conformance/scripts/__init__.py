"""One imagined server an adapter, named as the adapter is; each module holds a `SCRIPT`, or several as `SCRIPTS`.

To add one: write `serve(asked)`, which answers from `asked.visible` (or `asked.posts`, or `asked.events()` for a
stream) as the platform would, and `native_id(post)`; then `SCRIPT = Script(source=…, serve=serve,
native_id=native_id)`. The story ships with the kit (`tocsin.testing.script.STORY`).
Run `pytest tests/conformance -k <adapter>`.
"""
