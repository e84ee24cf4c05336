// One line after a call: a key opens it, Enter saves it, Esc leaves. Nothing of the strip at the top of the desk goes into it.

const form = document.querySelector('[data-desk-write]')
const dialog = form.closest('dialog')
const { lesson, unnamed } = form.elements
const said = form.querySelector('[data-said]')
const masked = form.querySelector('[data-masked]')
const toast = (words) => document.dispatchEvent(new CustomEvent('kb:toast', { detail: words }))
let place = {}
let shown = '' // the line whose masks were shown: sent again, it is saved
let busy = false

function open() {
  const { slug = '', section = '' } = document.querySelector('[data-answer]')?.dataset ?? {}
  const title = document.querySelector('[data-answer] .pane-title')?.lastChild?.textContent ?? ''
  place = { article: slug, section }
  form.querySelector('[data-place]').textContent = slug ? title : ''
  form.querySelector('[data-more]').href = `/p/experience/new?${new URLSearchParams({ from: 'desk', ...place })}`
  said.textContent = ''
  masked.hidden = true
  shown = ''
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
  if (!answer.ok) throw new Error(result.errors?.[0]?.message || result.detail || form.dataset.failed)
  return result
}

async function save() {
  const line = lesson.value.trim()
  if (!line) return
  if (shown !== line) {
    const look = await ask('masked', { lesson: line })
    if (look.hidden) {
      shown = line
      masked.textContent = look.fields.find((field) => field.name === 'lesson').text
      masked.hidden = false
      said.textContent = form.dataset.again
      return
    }
  }
  const saved = await ask('entries', { lesson: line, kind: form.elements.kind.value, unnamed: unnamed.checked, source: 'desk', ...place })
  lesson.value = ''
  dialog.close()
  toast(saved.state === 'shown' ? form.dataset.thanks : form.dataset.waits)
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (busy) return
  busy = true
  try { await save() } catch (error) { said.textContent = error instanceof TypeError ? form.dataset.failed : error.message }
  busy = false
})
lesson.addEventListener('input', () => { masked.hidden = true; said.textContent = '' })
lesson.addEventListener('keydown', (event) => { if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.stopPropagation() })
