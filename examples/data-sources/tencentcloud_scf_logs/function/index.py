def main_handler(event, context):
    print("called with", event)
    return {"rows": 3}
