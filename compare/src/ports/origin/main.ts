/** The origin's algorithm as a process. Settings: see port-settings.ts. */
import { readPortSettings } from '../front/port-settings.ts';
import { servePort } from '../front/serve-port.ts';
import { OriginPort } from './origin-port.ts';

const settings = readPortSettings();
servePort(new OriginPort(settings), settings);
