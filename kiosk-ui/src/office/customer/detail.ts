/* detail.ts - what else is known of a customer, as groups of fields that a form and a sheet show. No Vue in here. */
import type { Schemas } from '@/api/types';
import type { OptionKind } from './options';

export type Detail = Schemas['CustomerDetail'];
type Known = Omit<Detail, 'version' | 'extra'>;
export type Name = keyof Known;

export type Field =
  | { name: Name; as: 'text' | 'long'; max: number }
  | { name: Name; as: 'date' }
  | { name: Name; as: 'number'; max: number }
  | { name: Name; as: 'wan' }
  | { name: Name; as: 'word'; words: readonly string[] }
  | { name: Name; as: 'option'; kind: OptionKind };

export const GROUPS: { group: string; fields: Field[] }[] = [
  {
    group: 'basic',
    fields: [
      { name: 'gender', as: 'word', words: ['female', 'male'] },
      { name: 'birth_date', as: 'date' },
      { name: 'marital', as: 'word', words: ['single', 'married', 'divorced', 'widowed'] },
      { name: 'education', as: 'word', words: ['school', 'college', 'bachelor', 'master', 'doctor'] },
      { name: 'email', as: 'text', max: 80 },
      { name: 'district_id', as: 'option', kind: 'district' },
      { name: 'address', as: 'text', max: 120 },
    ],
  },
  {
    group: 'family',
    fields: [
      { name: 'family_size', as: 'number', max: 30 },
      { name: 'children', as: 'number', max: 20 },
      { name: 'elders', as: 'number', max: 20 },
      { name: 'lives_in', as: 'word', words: ['own', 'rent', 'family', 'staff', 'other'] },
      { name: 'cars', as: 'number', max: 20 },
    ],
  },
  {
    group: 'job',
    fields: [
      { name: 'job_id', as: 'option', kind: 'job' },
      { name: 'employer', as: 'text', max: 80 },
      { name: 'job_title', as: 'text', max: 40 },
      { name: 'income_fen', as: 'wan' },
    ],
  },
  {
    group: 'habit',
    fields: [
      { name: 'hobbies', as: 'text', max: 120 },
      { name: 'reads', as: 'text', max: 120 },
      { name: 'call_when', as: 'text', max: 60 },
      { name: 'note', as: 'long', max: 500 },
    ],
  },
];
export const FIELDS: Field[] = GROUPS.flatMap((g) => g.fields);
/** They come masked; a form that changes nothing in them does not send them back. */
export const MASKED: readonly Name[] = ['birth_date', 'address', 'email'];
