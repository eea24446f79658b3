/** The home-made manager as a process. Settings: see port-settings.ts. */
import { readPortSettings } from '../front/port-settings.ts';
import { servePort } from '../front/serve-port.ts';
import { HomeMadePort } from './home-made-port.ts';

const settings = readPortSettings();
servePort(new HomeMadePort(settings), settings);
