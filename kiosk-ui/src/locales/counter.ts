// What the counter says and no other page: the till.
import type { Lang } from '@/format';
import type { Messages } from '.';
import en from './en/till.json';
import zh from './zh-CN/till.json';

export const counterMessages: Record<Lang, Messages> = { 'zh-CN': { till: zh }, en: { till: en } };
