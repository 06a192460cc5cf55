// Turns the sound of toasts on, and lets it be heard: the press is what browsers want before any sound.
import { useToastSound } from 'livecache'
import { useId } from 'react'
import { Icon } from '../../page/parts/icons.tsx'
import { setBookingSound, useBookingSound } from './booking-sound.ts'

export function SoundSetting() {
  const isOn = useBookingSound()
  const { isBlocked, test } = useToastSound()
  const id = useId()

  function toggle() {
    setBookingSound(!isOn)
    if (!isOn) test()
  }

  return (
    <span className="booking-sound">
      <span id={id} className="muted">
        Sound
      </span>
      <button
        type="button"
        className="switch"
        role="switch"
        aria-checked={isOn}
        aria-labelledby={id}
        onClick={toggle}
        data-testid="booking-sound"
      >
        <span className="switch-thumb" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Play the sound"
        title={isOn && isBlocked ? 'The browser lets no sound through yet: play it once' : 'Play the sound'}
        data-blocked={isOn && isBlocked}
        onClick={test}
      >
        <Icon name="play" />
      </button>
    </span>
  )
}
