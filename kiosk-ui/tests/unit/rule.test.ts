// Every rule that an item of the disclosure names is told in words, in both languages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createI18n } from 'vue-i18n';
import { messages } from '@/locales';
import { ruleText } from '@/rule';

const def = readFileSync(join(process.cwd(), '../db/disclosure.def'), 'utf8');
const rules = [...def.matchAll(/^DISCLOSURE\("\w+", "[^"]*", "[^"]*", "([^"]*)"/gm)].map(
  (m) => m[1] as string,
);
const told = (rule: string, english: boolean): string => {
  const { t } = createI18n({ legacy: false, locale: english ? 'en' : 'zh-CN', messages }).global;
  return ruleText(rule, english, t as never);
};

describe('the rule of an item', () => {
  it('is the title of the law and the article', () => {
    expect(told('548-10(1), 40-9', false)).toBe(
      '《商品房销售明码标价规定》第\u00a010\u00a0条（1）；《城市商品房预售管理办法》第\u00a09\u00a0条',
    );
    expect(told('548-9, 53', false)).toBe(
      '《商品房销售明码标价规定》第\u00a09\u00a0条；建房〔2010〕53\u00a0号',
    );
    expect(told('model contract 7(3)', true)).toBe('Model contract of sale, art.\u00a07(3)');
    expect(told('city order 12', true)).toBe('city order 12');
  });

  it('is never left as a code', () => {
    expect(rules.length).toBeGreaterThan(20);
    for (const part of new Set(rules.flatMap((r) => r.split(', ')))) {
      expect(told(part, false), part).not.toBe(part);
      expect(told(part, false), part).not.toMatch(/[a-z]/);
      expect(told(part, true), part).not.toBe(part);
    }
  });
});
