// The rules behind the items of the disclosure, as people call them: `548-10(1), 40-9` is the number of a rule
// and its article. The words stand in common.json, once for the kiosk and the office.

/** Rules by their number, or by what the list of items calls them. */
const LAWS: Readonly<Record<string, string>> = {
  '40': '40',
  '53': '53',
  '56': '56',
  '88': '88',
  '548': '548',
  'model contract': 'contract',
  'local rules': 'local',
};

type Translate = (key: string, values?: Record<string, string | number>) => string;

/** The rules in words of @t's language; what is not known stays as it is. */
export function ruleText(rule: string, english: boolean, t: Translate): string {
  const one = (part: string): string => {
    const [, name = '', article = ''] = /^(\D+?|\d+)(?:[- ](\d.*))?$/.exec(part) ?? [];
    const law = LAWS[name];
    if (law === undefined) return part;
    const title = t(`common.rule.law.${law}`);
    if (article === '') return title;
    const [, n = article, item = ''] = /^(\d+)(\(.*\))?$/.exec(article) ?? [];
    return t('common.rule.article', {
      law: title,
      n,
      item: english ? item : item.replace(/[()]/g, (c) => (c === '(' ? '（' : '）')),
    });
  };
  return rule
    .split(', ')
    .map(one)
    .join(english ? '; ' : '；');
}
