-- Each kind of carrier has a queue of its own: behind mails to a silent server a call still rings at once. What a former
-- version queued waits with the mails, whose workers deliver whatever they find.
ALTER TABLE messages ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';

DROP INDEX IF EXISTS messages_by_due;
CREATE INDEX messages_by_channel_and_due ON messages (progress, channel, due_at, id);
