"""Gives made-up requests a flow that there is: without one, all of them are answered with 401 and nothing else is tried."""

import json
import os
import random
import urllib.error
import urllib.request

import schemathesis

BASE = os.environ["REGAIN_BENCH_URL"]
USER_ID = os.environ["REGAIN_BENCH_USER_ID"]

chance = random.Random(1)


def post(path, token, body):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(BASE + path, json.dumps(body).encode(), headers, method="POST")
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def answer(flow, token, body):
    body = {"flow": flow["id"], "step": flow["step"]["id"], **body}
    return post("/v1/answers", token, body)["flow"]


def begun():
    """A flow at one of its first steps."""
    kind = chance.choice(["reset", "reset", "reset", "unlock", "change", "register"])
    created = post("/v1/flows", "", {"kind": kind})
    flow, token = created["flow"], created["token"]
    if flow["step"]["name"] == "identify" and chance.random() < 0.8:
        flow = answer(flow, token, {"do": "identify", "user_id": USER_ID})
        methods = flow["step"].get("methods", [])
        if methods and chance.random() < 0.8:
            method = chance.choice(methods)
            flow = answer(flow, token, {"do": "choose", "method": method["id"]})
    return flow, token


@schemathesis.auth(refresh_interval=None).apply_to(path=["/v1/flows/{id}", "/v1/answers"])
class OwnFlow:
    """Each request is about a flow of its own, which it has the token of."""

    def get(self, case, context):
        return begun()

    def set(self, case, data, context):
        flow, token = data
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        if isinstance(case.path_parameters, dict) and "id" in case.path_parameters:
            case.path_parameters["id"] = flow["id"]
        if isinstance(case.body, dict) and isinstance(case.body.get("flow"), str):
            case.body["flow"] = flow["id"]
            if isinstance(case.body.get("step"), str):
                case.body["step"] = flow["step"]["id"]
