from greeting import greet


def main_handler(event, context):
    return greet(context["function_name"])
