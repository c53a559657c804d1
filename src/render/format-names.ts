/** The formats of a result. */
export const formatNames = ['table', 'json', 'csv', 'markdown'] as const;

export type FormatName = (typeof formatNames)[number];
