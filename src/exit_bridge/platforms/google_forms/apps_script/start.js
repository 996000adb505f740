/**
 * exit-bridge for Google Forms. This script builds a form and, if you want, sends each set of answers to exit-bridge.
 *
 * TO GET THE FORM
 *   1. At script.google.com choose New project. Delete what stands in the editor, paste all of this, and save.
 *   2. Above the editor choose buildForm and press Run. The first time Google asks for permission: the account that
 *      you choose there owns the form.
 *   3. The log under the editor shows two links. With one you edit the form, the other is for those who answer it.
 *
 * TO SEND ANSWERS TO EXIT-BRIDGE
 *   4. Open Project Settings (the gear on the left). Under Script Properties add
 *        ADDRESS   the address of your hook, which starts with https://
 *        SECRET    the survey's secret, which starts with whsec_
 *        WAVE      the name of this round, if you compare rounds (may be left out)
 *        SHEET     the name of the group, if several groups have a form each (may be left out)
 *   5. Back in the editor choose connect and press Run. The log says whether exit-bridge took a test.
 *   6. Answer the form once yourself.
 *
 * WHAT YOU CAN RUN
 *   buildForm     builds the form, once
 *   connect       starts sending, and sends a test; run it again after every change of ADDRESS or SECRET
 *   status        says how things stand
 *   resend        sends now what is waiting; otherwise that happens every hour
 *   sendAll       sends every set of answers again; exit-bridge knows those that it has, so nothing counts twice
 *   disconnect    stops sending
 *   forgetForm    forgets the form, so that another one can be built; the form itself stays
 *   onSubmitted   is run by Google, not by you
 *
 * Nothing below needs a change. You may change words in the form itself; leave the numbers such as R3. in front of the
 * questions and the words of the options as they are.
 */

/**
 * The form, as exit-bridge wrote it.
 *
 * @typedef {{ label: string, ends: boolean }} Option
 * @typedef {{ kind: "grid", title: string, options: string[], rows: { id: string, title: string }[] }} Grid
 * @typedef {{ kind: "choice", id: string, title: string, help: string, required: boolean, options: Option[] }} OneOf
 * @typedef {{ kind: "text" | "email", id: string, title: string, help: string }} Text
 * @typedef {{ title: string, description: string, parts: (Grid | OneOf | Text)[] }} Page
 * @type {{ bank: string, variant: string, language: string, title: string, description: string, thanks: string,
 *          declined: string, pages: Page[] }}
 */
