"""Read the request, call one service, choose the page."""
