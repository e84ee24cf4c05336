// One line after a call: a key opens it, Enter saves it, Esc leaves. Nothing of the strip at the top of the desk goes into it.

const form = document.querySelector('[data-desk-write]')
const dialog = form.closest('dialog')
const { lesson, unnamed } = form.elements
const said = form.querySelector('[data-said]')
const marks = form.querySelector('[data-marks]')
const similar = form.querySelector('[data-similar]')
const toast = (words) => document.dispatchEvent(new CustomEvent('kb:toast', { detail: words }))
let place = {}
let shown = '' // the line whose masks were shown: sent again, it is saved
let busy = false
let typing
let asked = 0

function open() {
  const { slug = '', section = '' } = document.querySelector('[data-answer]')?.dataset ?? {}
  const title = document.querySelector('[data-answer] .pane-title')?.lastChild?.textContent ?? ''
  place = { article: slug, section }
  form.querySelector('[data-place]').textContent = slug ? title : ''
  form.elements.article.value = slug
  form.elements.section.value = section
  changed()
  dialog.showModal()
  lesson.focus()
}

document.addEventListener('kb:key', (event) => {
  if (event.defaultPrevented || event.detail.key !== dialog.dataset.deskAction) return
  event.preventDefault()
  open()
})
document.querySelector(`[data-desk-open="${dialog.dataset.deskAction}"]`)?.addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  event.stopPropagation()
  open()
})
form.querySelector('[data-close]').addEventListener('click', () => dialog.close())

async function ask(path, body) {
  const answer = await fetch(`/api/v1/p/experience/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': form.dataset.token }, body: JSON.stringify(body),
  })
  const result = await answer.json()
  if ([400, 401].includes(answer.status)) throw new Error(form.dataset.out)
  if (!answer.ok) throw new Error(result.errors?.[0]?.message || result.detail || form.dataset.failed)
  return result
}

/** A piece of the writing page: what will be masked in the line, or what is like it. */
async function piece(path, body = new FormData(form)) {
  const answer = await fetch(`/p/experience/${path}`, { method: 'POST', body, headers: { 'X-CSRFToken': form.dataset.token } })
  if (!answer.ok) throw new Error([400, 401].includes(answer.status) ? form.dataset.out : form.dataset.failed)
  return answer.text()
}

async function look() {
  const focused = marks.contains(document.activeElement) ? document.activeElement.value : null
  marks.innerHTML = await piece('masked')
  if (focused) marks.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus()
}

function changed() {
  marks.replaceChildren()
  said.textContent = ''
  shown = ''
  clearTimeout(typing)
  const turn = ++asked
  if (!lesson.value.trim()) similar.replaceChildren()
  else typing = setTimeout(() => piece('similar').then((html) => { if (turn === asked) similar.innerHTML = html }, () => {}), 700)
}

async function save() {
  const line = lesson.value.trim()
  if (!line) return
  if (shown !== line) {
    await look()
    if (marks.querySelector('[name=seen]')) {
      shown = line
      said.textContent = form.dataset.again
      return
    }
  }
  const keep = [...marks.querySelectorAll('[name=keep]:checked')].map((box) => box.value)
  const saved = await ask('entries', { lesson: line, kind: form.elements.kind.value, unnamed: unnamed.checked, keep, source: 'desk', ...place })
  leave()
  toast(saved.state === 'shown' ? form.dataset.thanks : form.dataset.waits)
}

function leave() {
  lesson.value = ''
  changed()
  dialog.close()
}

form.addEventListener('submit', async (event) => {
  if (event.submitter?.value === 'more') { setTimeout(leave); return } // the line goes along, into the page of a new tab
  event.preventDefault()
  if (busy) return
  busy = true
  try { await save() } catch (error) { said.textContent = error instanceof TypeError ? form.dataset.failed : error.message }
  busy = false
})
lesson.addEventListener('input', changed)
lesson.addEventListener('keydown', (event) => { if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.stopPropagation() })
marks.addEventListener('change', () => look().catch(() => { said.textContent = form.dataset.failed }))
similar.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-used]')
  if (!button) return
  button.disabled = true
  try { await ask(`entries/${button.dataset.used}/reactions/used`, {}); button.textContent = form.dataset.noted } catch (error) {
    button.disabled = false
    said.textContent = error instanceof TypeError ? form.dataset.failed : error.message
  }
})
