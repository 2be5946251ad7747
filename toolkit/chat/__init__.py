"""The stabilised chat server and client, and the settings that prove their timers consistent."""
