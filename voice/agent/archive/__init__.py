"""What the local agent keeps of its sessions, in memory, and the Sessions API that gives it out."""
