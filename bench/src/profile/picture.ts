export function drawPicture(_folder: string, _file: string, _say: (text: string) => void): void {}
