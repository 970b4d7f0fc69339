"""Prints when the first content of a page is painted, in ms of 20 visits of Chromium with an empty cache, as a JSON list.

    BROWSER Tests/Long/paint.py URL        BROWSER: a Python that has playwright, as Tests/Browser/run makes one
"""
import json, sys
from playwright.sync_api import sync_playwright

PAINT = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntriesByName("first-contentful-paint")[0].startTime))
    .observe({type: "paint", buffered: true}))"""

with sync_playwright() as playwright:
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    times = []
    for _ in range(20):
        context = chromium.new_context()
        page = context.new_page()
        page.goto(sys.argv[1])
        times.append(page.evaluate(PAINT))
        context.close()
    chromium.close()
print(json.dumps(times))
