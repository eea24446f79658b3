import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHmacVerifier } from '../../src/server/auth/hmac-verifier.ts';
import { ensureDevelopmentSecrets } from '../../src/server/config/development-secrets.ts';
import { fakeTerminal, run } from './fake-terminal.ts';

const SECRET = 'canary-secret-0123456789-0123456789';
