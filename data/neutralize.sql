-- A copy of the database must neither reach the books nor end the connection of the
-- original: it forgets the tokens without revoking them at Intuit.
DELETE FROM qbo_grant;

UPDATE qbo_connection
   SET state = 'disconnected',
       suspend_reason = NULL,
       suspended_at = NULL,
       oauth_nonce = NULL,
       client_secret_encrypted = NULL,
       verifier_token_encrypted = NULL
 WHERE state != 'draft'
    OR client_secret_encrypted IS NOT NULL
    OR verifier_token_encrypted IS NOT NULL;

UPDATE qbo_operation
   SET state = 'cancelled'
 WHERE state IN ('queued', 'waiting', 'sent', 'uncertain', 'failed');

UPDATE qbo_first_load
   SET state = CASE state WHEN 'counting' THEN 'draft' ELSE 'stopped' END
 WHERE state IN ('counting', 'loading');

UPDATE qbo_event
   SET state = 'ignored'
 WHERE state = 'new';
