import { merge } from '../merge';

export default merge(import.meta.glob('./*.json', { eager: true, import: 'default' }));
