export async function demo(_options: { json?: boolean }): Promise<void> {}
