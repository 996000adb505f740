/**
 * `sent`: it arrived. `refused`: this one will not be taken as it is. `failed`: nothing would be taken now.
 *
 * `status` is what exit-bridge says became of it, `wait` the seconds that the server asks for.
 *
 * @typedef {{ kind: "sent" | "refused" | "failed", words: string, status: string, again: boolean, wait: number }}
 *   Verdict
 */

const PAUSES = [5, 20];
const LONGEST_PAUSE = 30;

/** @type {{ [code: number]: string }} */
const MEANINGS = {
  401: "exit-bridge does not know this secret or this address. Compare ADDRESS and SECRET with those of exit-bridge.",
  403: "Something before exit-bridge keeps the script out, such as a firewall. Ask whoever looks after the server.",
  404: "There is nothing at this address. Compare ADDRESS with what exit-bridge init showed.",
  405: "This address takes no answers. Compare ADDRESS with what exit-bridge init showed.",
  413: "One set of answers is too large. Ask whoever looks after the server for its limit.",
  429: "The server asks for a pause.",
};

/**
 * @param {object} payload
 * @param {string} about what makes this message this message: it is the same for every try
 * @param {number} tries
 * @returns {Verdict}
 */
function post_(payload, about, tries) {
  const body = ascii_(JSON.stringify(payload));
  let verdict = postOnce_(body, about);
  for (let pause = 0; pause < tries - 1 && verdict.again; pause++) {
    const seconds = Math.min(Math.max(PAUSES[pause], verdict.wait), LONGEST_PAUSE);
    Utilities.sleep(seconds * 1000);
    verdict = postOnce_(body, about);
  }
  return verdict;
}

/**
 * What is thrown here names the address, so it is told in our own words.
 *
 * @param {string} body
 * @param {string} about
 * @returns {Verdict}
 */
function postOnce_(body, about) {
  const fault = addressFault_(setting_("ADDRESS")) || secretFault_(setting_("SECRET"));
  if (fault) return failed_(fault, false);
  const headers = signed_(body, about, setting_("SECRET"));
  try {
    const answer = UrlFetchApp.fetch(setting_("ADDRESS"), {
      method: "post",
      contentType: "application/json",
      headers,
      payload: body,
      muteHttpExceptions: true,
      followRedirects: false,
    });
    return verdict_(answer);
  } catch (error) {
    return failed_("The server cannot be reached: it is away, its name is wrong, or its certificate is no good.", true);
  }
}

/**
 * @param {GoogleAppsScript.URL_Fetch.HTTPResponse} answer
 * @returns {Verdict}
 */
function verdict_(answer) {
  const code = answer.getResponseCode();
  if (code >= 200 && code < 300) return { kind: "sent", words: "", status: statusOf_(answer), again: false, wait: 0 };
  if (code >= 300 && code < 400) {
    return failed_("The address leads on to another one. Put that one into ADDRESS.", false);
  }
  const words = MEANINGS[code] || (code >= 500 ? "The server is there, but cannot take answers now." : "");
  const told = `${words || "The server does not take this."} (HTTP ${code})`;
  if (code === 429 || code >= 500) return { ...failed_(told, true), wait: pauseAskedFor_(answer) };
  return [401, 403, 404, 405].includes(code) ? failed_(told, false) : { ...failed_(told, false), kind: "refused" };
}

/**
 * @param {string} words
 * @param {boolean} again
 * @returns {Verdict}
 */
function failed_(words, again) {
  return { kind: "failed", words, status: "", again, wait: 0 };
}

/** @param {GoogleAppsScript.URL_Fetch.HTTPResponse} answer */
function statusOf_(answer) {
  try {
    return String(JSON.parse(answer.getContentText()).status);
  } catch (error) {
    return "";
  }
}

/** @param {GoogleAppsScript.URL_Fetch.HTTPResponse} answer */
function pauseAskedFor_(answer) {
  const found = Object.entries(answer.getAllHeaders()).find(([name]) => name.toLowerCase() === "retry-after");
  return found && /^\d{1,6}$/.test(String(found[1])) ? Number(found[1]) : 0;
}

/**
 * Standard Webhooks (standardwebhooks.com): id, time and body are signed together. The time is that of this try.
 *
 * @param {string} body
 * @param {string} about
 * @param {string} secret
 */
function signed_(body, about, secret) {
  const id = `msg_${hex_(Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, bytes_(about))).slice(0, 24)}`;
  const time = String(Math.floor(Date.now() / 1000));
  const key = Utilities.base64Decode(padded_(secret.slice("whsec_".length)));
  const signature = Utilities.computeHmacSha256Signature(bytes_(`${id}.${time}.${body}`), key);
  return {
    "webhook-id": id,
    "webhook-timestamp": time,
    "webhook-signature": `v1,${Utilities.base64Encode(signature)}`,
  };
}

/** @param {string} text */
function bytes_(text) {
  return Utilities.newBlob(text).getBytes();
}

/**
 * Bytes are signed in Apps Script, from -128 to 127.
 *
 * @param {number[]} bytes
 */
function hex_(bytes) {
  return bytes.map((byte) => (byte & 255).toString(16).padStart(2, "0")).join("");
}

/** @param {string} base64 */
function padded_(base64) {
  const bare = base64.replace(/=+$/, "");
  return bare + "=".repeat((4 - (bare.length % 4)) % 4);
}

/**
 * Only ASCII, so that what is signed and what is sent are the same bytes in any encoding.
 *
 * @param {string} json
 */
function ascii_(json) {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
