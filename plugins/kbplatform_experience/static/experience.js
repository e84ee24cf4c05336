// Thanks and “used it too” in place: the same form as without JavaScript, sent quietly.
const words = document.getElementById('words')?.dataset ?? {}
const tell = (text) => { const box = document.getElementById('announce'); if (box) box.textContent = text }

async function press(form, button) {
  const body = new FormData(form, button)
  button.disabled = true
  try {
    const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } })
    if (!answer.ok || !answer.headers.get('Content-Type')?.includes('json')) throw new Error(answer.status)
    show(button, await answer.json())
  } catch {
    tell(words.failed ?? '')
    form.removeAttribute('data-press') // the next press goes the plain way, which says what is wrong
  }
  button.disabled = false
  button.focus()
}

function show(button, counts) {
  const kind = button.value.split(':')[0]
  const on = counts.pressed.includes(kind)
  button.name = on ? 'undo' : 'press'
  button.setAttribute('aria-pressed', String(on))
  button.querySelector('.num').textContent = counts[kind === 'thanks' ? 'thanks' : 'uses'] || ''
  tell(button.textContent.trim())
  if (kind === 'used' && button.closest('.x-entry')) location.reload() // the question what came of it comes or goes
}

document.addEventListener('submit', (event) => {
  if (!event.target.matches('[data-press]') || !event.submitter) return
  event.preventDefault()
  press(event.target, event.submitter)
})
