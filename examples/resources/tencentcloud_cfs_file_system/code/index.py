def main_handler(event, context):
    with open("/mnt/data/calls", "a") as calls:
        calls.write(context["request_id"] + "\n")
    with open("/mnt/data/calls") as calls:
        return len(calls.readlines())
