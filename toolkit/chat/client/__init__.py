"""The client in Python; the one for browsers is in ``toolkit/chat/web``."""

from toolkit.chat.client.chatclient import ChatClient

__all__ = ["ChatClient"]
