"""Entry of `streamlit run app.py`: the dashboard, the route that pushes what moves, the lifespan."""

from pathlib import Path

import streamlit as st
from starlette.routing import WebSocketRoute

from voice.ui.lifespan import lifespan
from voice.ui.live_route import LIVE_PATH, serve_live

app = st.App(
    Path(__file__).with_name("dashboard.py"),
    routes=[WebSocketRoute(LIVE_PATH, serve_live)],
    lifespan=lifespan,
)
