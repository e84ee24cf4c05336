// Thanks and “used it too” in place: the same form as without JavaScript, sent quietly.
const words = document.getElementById('words')?.dataset ?? {}
const tell = (text) => { const box = document.getElementById('announce'); if (box) box.textContent = text }

async function press(form) {
  const button = form.querySelector('button')
  if (button.disabled) return
  button.disabled = true
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' } })
    if (!answer.ok || !answer.headers.get('Content-Type')?.includes('json')) throw new Error(answer.status)
    show(form, button, await answer.json())
  } catch {
    tell(words.failed ?? '')
    button.disabled = false
    form.removeAttribute('data-press') // the next press goes the plain way, which says what is wrong
    return
  }
  button.disabled = false
  button.focus()
}

function show(form, button, counts) {
  const kind = form.elements.kind.value
  const on = counts.pressed.includes(kind)
  button.setAttribute('aria-pressed', String(on))
  button.querySelector('[data-count]').textContent = counts[kind === 'thanks' ? 'thanks' : 'uses'] || ''
  form.querySelector('[name=undo]')?.remove()
  if (on) form.insertAdjacentHTML('afterbegin', '<input type="hidden" name="undo" value="1">')
  tell(button.textContent.trim())
  if (kind === 'used' && form.closest('.x-entry')) location.reload() // the question what came of it comes or goes
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!form.matches('[data-press]')) return
  event.preventDefault()
  press(form)
})
