"""Entry of `streamlit run app.py`: the dashboard, the routes beside it and before it, the lifespan."""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from voice.settings import SettingsError, load_settings
from voice.ui.base_path import base_path
from voice.ui.checks.route import SETUP_PATH, serve_setup
from voice.ui.history.news import NEWS_PATH, serve_news
from voice.ui.history.recordings import RECORDING_PATH, WAVEFORM_PATH, serve_recording, serve_waveform
from voice.ui.lifespan import lifespan
from voice.ui.live_route import LIVE_PATH, serve_live
from voice.ui.login_answers import LoginAnswers
from voice.ui.login_settings import check_login
from voice.ui.media_guard import MediaGuard

try:
    load_settings()
    check_login()
except SettingsError as error:
    sys.exit(f"Parley can't start. {error}")

base = base_path()
app = st.App(
    Path(__file__).parent / "voice" / "ui" / "dashboard.py",
    routes=[
        WebSocketRoute(base + LIVE_PATH, serve_live),
        WebSocketRoute(base + SETUP_PATH, serve_setup),
        Route(base + RECORDING_PATH, serve_recording),
        Route(base + WAVEFORM_PATH, serve_waveform),
        Route(base + NEWS_PATH, serve_news),
    ],
    middleware=[Middleware(LoginAnswers), Middleware(MediaGuard)],
    lifespan=lifespan,
)
