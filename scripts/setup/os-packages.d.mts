export const buildPackages: string[];
/** Installs those of the packages that are missing. */
export function installPackages(names: string[]): void;
/** Which of the packages are not installed. */
export function missingPackages(names: string[]): string[];
