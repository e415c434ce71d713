//! The range lookup of breached passwords, as the contract describes it.

use serde_json::{Value, json};

use super::responses;

const ABOUT: &str = "\
The lookup of Have I Been Pwned: the first five hexadecimal digits of the SHA-1 hash of a password (in UTF-8) are \
answered by the other 35 of every breached password that begins so, each with how often it was seen. Lines with a \
count of 0 stand for no password: they make all answers about equally long. There is such an address only where a \
policy's `server_checks` have `breached`.";

/// `/v1/range/{prefix}`
pub(super) fn range() -> Value {
    let good = json!({
        "description": "The range, a line `<35 digits>:<count>` each",
        "headers": { "Cache-Control": {
            "description": "It may be kept for a day",
            "schema": { "const": "public, max-age=86400" },
        } },
        "content": { "text/plain": { "schema": { "type": "string" } } },
    });
    json!({
        "parameters": [{
            "name": "prefix",
            "in": "path",
            "required": true,
            "description": "The first five digits, in any case",
            "schema": { "type": "string", "pattern": "^[0-9A-Fa-f]{5}$" },
        }],
        "get": {
            "operationId": "getRange",
            "tags": ["Server"],
            "summary": "Breached passwords whose hash begins so",
            "description": ABOUT,
            "security": [],
            "responses": responses("200", &good, &["NotFound", "RateLimited", "Unavailable"]),
        },
    })
}
