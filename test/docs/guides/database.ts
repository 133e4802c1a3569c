// What the guides' example of a leader-only loop imports.
import { Pool } from 'pg';

export const pool = new Pool({ connectionString: process.env['DATABASE_URL'] ?? '' });
