"""The local agent's brains: each reads a conversation and writes the next reply."""

from voice.agent.brain.base import Brain, CallTool, Conversation, Message, Say, Tool
from voice.agent.brain.chat import ChatBrain
from voice.agent.brain.rules import RulesBrain

__all__ = ["Brain", "CallTool", "ChatBrain", "Conversation", "Message", "RulesBrain", "Say", "Tool"]
