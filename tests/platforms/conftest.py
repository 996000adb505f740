import os

# Platforms that happen to be installed on a developer's machine must not change what is tested here.
os.environ["EXIT_BRIDGE_NO_PLUGINS"] = "1"
