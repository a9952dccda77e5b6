"""The checks as the Setup page shows them: their list, their socket, and what the browser's facts mean."""
