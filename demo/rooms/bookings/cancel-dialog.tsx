// A cancelled booking stays cancelled, so whoever presses is asked once more.
import { Dialog } from 'livecache'

export interface CancelDialogProps {
  guest: string
  isOpen: boolean
  onClose: () => void
  onCancel: () => void
}

export function CancelDialog({ guest, isOpen, onClose, onCancel }: CancelDialogProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={<>Cancel the booking of {guest}?</>}>
      <p>It stays in the book as cancelled, for everybody, and cannot be taken up again.</p>
      <div className="form-actions booking-dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button
          type="button"
          className="button"
          data-kind="danger"
          onClick={onCancel}
          data-testid="booking-cancel-confirm"
        >
          Cancel booking
        </button>
      </div>
    </Dialog>
  )
}
