"""The only room that knows Streamlit: the streamer, the sidebar, and the components that draw what moves."""
