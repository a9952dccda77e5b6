"""What the agent's service keeps of a call: brought in, and deleted there. No Streamlit."""
