// While somebody writes: what will be masked, what is like it, and a draft. The form works without any of this.

const form = document.querySelector('[data-write]')
const marks = form.querySelector('[data-marks]')
const similar = form.querySelector('[data-similar]')
const said = form.querySelector('[data-said]')
const lesson = form.elements.lesson
const count = form.querySelector('[data-count]')

/** The form without its files and without what is only pasted. */
function words() {
  const data = new FormData(form)
  data.delete('files')
  data.delete('paste')
  return data
}

async function post(path, body = words()) {
  try {
    const answer = await fetch(path, { method: 'POST', body, headers: { 'X-CSRFToken': form.elements.csrf_token.value } })
    return answer.ok ? answer.text() : null
  } catch { return null } // a dead line: the next key tries again
}

/** Calls `what` once nothing was typed for `ms`; only the last call in flight has an effect. */
function debounced(ms, what) {
  let timer
  let turn = 0
  const now = () => { clearTimeout(timer); const mine = ++turn; return what(() => mine === turn) }
  const later = () => { clearTimeout(timer); timer = setTimeout(now, ms) }
  return { now, later, stop: () => { clearTimeout(timer); turn += 1 } }
}

let looked = '' // the words that the marks on the page are about
const typed = () => JSON.stringify([...words()].filter(([name]) => !['seen', 'keep', 'csrf_token'].includes(name)))
const seal = () => marks.querySelector('[name=seen]')?.value ?? ''

const looking = debounced(500, async (current) => {
  const about = typed()
  const html = await post('/p/experience/masked')
  if (html === null || !current()) return
  looked = about
  const focused = marks.contains(document.activeElement) ? document.activeElement.value : null
  marks.innerHTML = html
  if (focused) marks.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus()
})

const finding = debounced(700, async (current) => {
  const body = new FormData()
  body.set('lesson', lesson.value)
  const html = await post('/p/experience/similar', body)
  if (html !== null && current()) similar.innerHTML = html
})

const keeping = debounced(1500, async (current) => {
  if (!form.dataset.draft) return
  const kept = await post(`/p/experience/drafts/${form.dataset.draft}`)
  if (kept !== null && current()) said.textContent = form.dataset.kept
})

function counted() {
  const over = [...lesson.value].length - Number(lesson.dataset.most)
  count.textContent = over > -40 ? `${[...lesson.value].length} / ${lesson.dataset.most}` : ''
  count.classList.toggle('w-over', over > 0)
}

function changed(event) {
  if (event.isComposing || event.target.name === 'paste' || event.target.type === 'file') return
  if (event.target === lesson) { counted(); finding.later() }
  looking.later()
  keeping.later()
}
form.addEventListener('input', changed)
form.addEventListener('compositionend', (event) => changed({ target: event.target }))

marks.addEventListener('change', () => looking.now())

similar.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-used]')
  if (!button) return
  button.disabled = true
  const body = new FormData()
  body.set('kind', 'used')
  if (await post(`/p/experience/${button.dataset.used}/reactions`, body) === null) button.disabled = false
  else button.textContent = form.dataset.noted
})

form.elements.article?.addEventListener('change', async ({ target }) => {
  try {
    const answer = await fetch(`/p/experience/sections?${new URLSearchParams({ article: target.value })}`)
    if (answer.ok) form.elements.section.innerHTML = await answer.text()
  } catch { /* the sections stay as they are; the server says what doesn't fit */ }
})

// What would be masked is looked at before it is sent: the page then keeps its files.
let passed = false
form.addEventListener('submit', async (event) => {
  const button = event.submitter
  if (passed || (button && button.value !== 'save')) { keeping.stop(); return }
  if (looked === typed() || (looked === '' && 'shown' in marks.dataset)) { keeping.stop(); return }
  event.preventDefault()
  const before = seal()
  await looking.now()
  if (seal() && seal() !== before) {
    said.textContent = form.dataset.look
    marks.tabIndex = -1
    marks.focus()
    return
  }
  passed = true
  form.requestSubmit(button ?? undefined)
})

counted()
if (lesson.value) { finding.later(); if (!('shown' in marks.dataset)) looking.later() }
