error-press-forgotten = This button is from before a restart of mine, and I no longer know what it was for. Nothing was changed; please run the command again.
error-form-forgotten = This form was opened before a restart of mine, so I can no longer take it. Nothing was recorded; your words are attached, so you can run the command again and paste them.
error-record-busy = The record is very busy, so nothing was started. Please press “I agree” once more in a moment.
error-form-incomplete = The form came back without one of its fields. Nothing was recorded; open it again and send it.
