/* classes.ts - the classes a unit may have, in the order of db/unit_class.def. */
import type { Schemas } from '@/api/types';

export const UNIT_CLASSES: readonly Schemas['ClassInfo']['code'][] = [
  'home',
  'villa',
  'shop',
  'office',
  'apartment',
  'parking',
  'storage',
  'other',
];
