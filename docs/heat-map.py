#!/usr/bin/env python3
# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Draws the heat map of the README:

./plaid index corpus/passages -o idx --merge
./plaid explain idx --query 'why is the evening sun red' --hit 1 --json | docs/heat-map.py > docs/heat-map.svg
"""

import json
import sys
from html import escape

SIDE, LEFT, TOP, BANDS = 22, 92, 86, 2

hit = json.load(sys.stdin)
words = [escape(token["text"]) for token in hit["documentTokens"]]
best = {match["queryToken"]: match["documentToken"] for match in hit["matches"]}
columns = -(-len(words) // BANDS)
band_height = TOP + len(hit["queryTokens"]) * SIDE + 14
print(
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + columns * SIDE + 30}"'
    f' height="{BANDS * band_height}" font-family="system-ui, sans-serif" font-size="13">\n'
    "<style>text { fill: #1d1d1f } .note { fill: #6b6b70 } .cell { fill: #f47220; stroke: #888;"
    " stroke-opacity: .35 } .best { fill: none; stroke: #1d1d1f; stroke-width: 2 }\n"
    "@media (prefers-color-scheme: dark) { text { fill: #ececf0 } .note { fill: #a0a0a8 }"
    " .best { stroke: #ececf0 } }</style>"
)
for band in range(BANDS):
    print(f'<g transform="translate({LEFT} {band * band_height + TOP})">')
    first = band * columns
    for column, word in enumerate(words[first : first + columns]):
        x = column * SIDE + SIDE // 2
        print(f'<text transform="translate({x + 4} -5) rotate(-60)">{word}</text>')
    for q, query in enumerate(hit["queryTokens"]):
        y = q * SIDE
        score = hit["similarities"][q][best[q]]
        print(
            f'<text x="-38" y="{y + 15}" text-anchor="end">{escape(query["text"])}</text>'
            f'<text class="note" x="-6" y="{y + 15}" text-anchor="end">{score:.2f}</text>'
        )
        frame = ""
        for column, similarity in enumerate(hit["similarities"][q][first : first + columns]):
            box = f'x="{column * SIDE}" y="{y}" width="{SIDE}" height="{SIDE}"'
            heat = max(0, min(1, similarity)) ** 2
            print(f'<rect class="cell" {box} fill-opacity="{heat:.2f}"/>')
            if first + column == best[q]:
                frame = f'<rect class="best" {box}/>'
        print(frame)
    print("</g>")
print("</svg>")
