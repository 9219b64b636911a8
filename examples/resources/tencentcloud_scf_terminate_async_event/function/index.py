import time


def main_handler(event, context):
    time.sleep(event.get("seconds", 0))
