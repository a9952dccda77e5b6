"""Sound between the browser and the call: conversion, hand-over and playout.

Imports no Streamlit. Nothing here may hold aiortc's event loop for 5 ms.
"""
